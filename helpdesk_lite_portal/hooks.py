def uninstall_hook(env):
    """Remove what Odoo leaves: parameters that were made or renamed by hand."""
    env['ir.config_parameter'].search([('key', '=like', r'helpdesk\_lite\_portal.%')]).unlink()
