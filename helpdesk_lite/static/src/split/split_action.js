import { registerMessageAction } from "@mail/core/common/message_actions";

import { _t } from "@web/core/l10n/translation";

/** Make a ticket of its own of what somebody wrote on a ticket; see `action_split`. */
registerMessageAction("helpdesk_lite_split", {
    condition: ({ message }) =>
        message.thread?.model === "helpdesk.lite.ticket" &&
        ["comment", "email"].includes(message.message_type) &&
        Number.isInteger(message.id),
    icon: "fa fa-scissors",
    name: _t("New ticket from this"),
    onSelected: async ({ message, store }) => {
        const { action, orm } = store.env.services;
        const { id, thread } = message;
        await action.doAction(
            await orm.call("helpdesk.lite.ticket", "action_split", [[thread.id], id])
        );
    },
    sequence: 70,
});
