import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** An agent applies a macro in two clicks, answers by another one, and puts the ticket off. */
tours.add("helpdesk_lite_macro_tour", {
    steps: () => [
        { trigger: ".o_helpdesk_lite_macros", run: "click" },
        { trigger: ".o-dropdown--menu .dropdown-item:contains(Take it over)", run: "click" },
        {
            content: "the form shows what it has done",
            trigger: ".o_arrow_button_current:contains(Test Progress)",
        },
        { trigger: ".o-mail-Message:contains(applied)" },
        { trigger: ".o-mail-Chatter-sendMessage", run: "click" },
        { trigger: ".o-mail-Composer button[name=helpdesk-lite-macro], .o-mail-Composer .fa-bolt", run: "click" },
        { trigger: ".modal .o_radio_item:contains(Ask for it) input", run: "click" },
        { trigger: ".modal footer button[name=action_apply]", run: "click" },
        {
            content: "the answer opens to be read",
            trigger: ".modal .odoo-editor-editable:contains(About Oven is cold)",
        },
        { trigger: ".modal footer button[name=action_send_mail]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o-mail-Message:contains(About Oven is cold)" },
        { trigger: "button[name=action_open_snooze]", run: "click" },
        { trigger: ".modal button[name=action_tomorrow]", run: "click" },
        { trigger: "body:not(:has(.modal)) .alert[name=snoozed]:contains(Snoozed until)" },
        { trigger: ".alert[name=snoozed] button[name=action_wake_up]", run: "click" },
        { trigger: "button[name=action_open_snooze]" },
    ],
});
