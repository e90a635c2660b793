from odoo import fields

from .boxed_html import box_html


class BoxedHtml(fields.Html):
    """An HTML field that anybody may have written: what stands in it stays in its box.

    It is made safe by `box_html`, then sanitised by Odoo, styles too.
    """

    sanitize_style = True

    def _convert(self, value, record, validate):
        if validate and value:
            value = box_html(value)
        return super()._convert(value, record, validate)
