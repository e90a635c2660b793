import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** An agent is warned, keeps the draft, mends it, and sends and solves by one click. */
tours.add("helpdesk_lite_send_and_solve_tour", {
    steps: () => [
        { trigger: ".o-mail-Chatter-sendMessage:enabled", run: "click", timeout: 60000 },
        { trigger: ".o-mail-Composer-input", run: "edit Dear [name], it works now" },
        { trigger: ".o_helpdesk_lite_send_as:contains(as Team portal)" },
        { trigger: ".o_helpdesk_lite_send_wait:enabled:contains(Send & wait)" },
        { trigger: ".o_helpdesk_lite_send_solve:enabled", run: "click" },
        { trigger: ".modal .alert:contains(A placeholder is left in it: [name])" },
        { trigger: ".o_helpdesk_lite_keep_draft", run: "click" },
        { trigger: "body:not(:has(.modal)) .o-mail-Composer-input", run: "edit It works now" },
        { trigger: ".o_helpdesk_lite_send_solve:enabled", run: "click" },
        {
            content: "stage and assignee follow on the screen",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(Test Solved)",
        },
        { trigger: ".o_field_widget[name=user_id]:contains(Helpdesk agent), .o_field_widget[name=user_id] input:value(Helpdesk agent)" },
        { trigger: ".o-mail-Message:contains(It works now)" },
    ],
});

/** In the full composer: the menu offers answers, and the same buttons send. */
tours.add("helpdesk_lite_full_composer_tour", {
    steps: () => [
        { trigger: ".o-mail-Chatter-sendMessage:enabled", run: "click", timeout: 60000 },
        { trigger: ".o-mail-Composer-input", run: "edit The manual is attached" },
        { trigger: ".o-mail-Composer button[name='open-full-composer']", run: "click" },
        { trigger: ".modal .mail-composer-template-dropdown-btn", run: "click" },
        { trigger: ".mail-composer-template-list .o-dropdown-item:contains(How to reset)" },
        {
            content: "what the system sends isn't offered",
            trigger:
                ".mail-composer-template-list:not(:contains(Acknowledgment)):not(:contains(Of the stage))",
        },
        { trigger: ".modal .mail-composer-template-dropdown-btn", run: "click" },
        { trigger: ".modal button[name=action_send_and_solve]" },
        { trigger: ".modal button[name=action_send_and_wait]", run: "click" },
        { trigger: ".modal .o_helpdesk_lite_answer_check:contains(no file is attached)" },
        { trigger: ".o_helpdesk_lite_send_anyway", run: "click" },
        {
            trigger:
                "body:not(:has(.modal)) .o_statusbar_status .o_arrow_button_current:contains(Test Progress)",
        },
        { trigger: ".o-mail-Message:contains(The manual is attached)" },
    ],
});
