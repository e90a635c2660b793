import { registerComposerAction } from "@mail/core/common/composer_actions";
import { _t } from "@web/core/l10n/translation";

const APPLY = "helpdesk_lite.helpdesk_lite_macro_apply_action";
const TICKET = "helpdesk.lite.ticket";

registerComposerAction("helpdesk-lite-macro", {
    condition: ({ composer, owner }) =>
        !composer.message &&
        owner.env.inChatter &&
        !owner.env.inFrontendPortalChatter &&
        composer.targetThread?.model === TICKET,
    icon: "fa fa-bolt",
    name: _t("Apply a Macro"),
    onSelected: ({ composer, store }) => {
        const { action } = store.env.services;
        action.doAction(APPLY, {
            additionalContext: { active_model: TICKET, active_ids: [composer.targetThread.id] },
            // saves what was typed in the form, and shows what the macro has made of the ticket
            onClose: () => action.doAction({ type: "ir.actions.client", tag: "soft_reload" }),
        });
    },
    sequence: 6,
});
