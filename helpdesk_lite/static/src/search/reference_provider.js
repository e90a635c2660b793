import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const MODEL = "helpdesk.lite.ticket";
const REFERENCE = /^#?\s{0,3}[a-z]{0,10}[\s/-]{0,3}(\d{1,9})$/i;
const GROUP = "helpdesk_lite.group_helpdesk_lite_user";

/** The tickets whose reference somebody types, as "42", "#42", "HD42" or "hd 42". */
async function findTickets(env, typed) {
    const number = typed.match(REFERENCE)?.[1];
    if (!number || !(await user.hasGroup(GROUP))) {
        return [];
    }
    const tickets = await env.services.orm.silent.searchRead(
        MODEL,
        [["search_text", "ilike", typed]],
        ["ticket_ref", "name"],
        { limit: 2, context: { active_test: false } }
    );
    return tickets.filter(
        ({ ticket_ref: reference }) => Number(reference.match(/\d+$/)?.[0]) === Number(number)
    );
}

registry.category("command_provider").add("helpdesk_lite.reference", {
    async provide(env, { searchValue = "" }) {
        const typed = searchValue.trim();
        const tickets = await findTickets(env, typed);
        return tickets.map(({ id, ticket_ref: reference, name }) => ({
            // the palette shows only what has each typed letter in its name
            name: /[#\s/-]/.test(typed) ? `${reference} ${name} (${typed})` : `${reference} ${name}`,
            href: `/odoo/helpdesk-lite-tickets/${id}`,
            action: () =>
                env.services.action.doAction({
                    type: "ir.actions.act_window",
                    res_model: MODEL,
                    res_id: id,
                    views: [[false, "form"]],
                }),
        }));
    },
});
