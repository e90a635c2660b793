import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** An administrator makes a policy, and reads in a sentence what it promises. */
tours.add("helpdesk_lite_sla_policy_tour", {
    steps: () => [
        { trigger: ".o_list_button_add, .o-kanban-button-new", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit First answer within 4 hours" },
        {
            trigger: ".o_field_widget[name=target] .o_radio_item:contains(First answer) input",
            run: "click",
        },
        { trigger: ".o_field_widget[name=time] input", run: "edit 04:00 && click body" },
        {
            trigger: ".o_field_widget[name=calendar] .o_radio_item:contains(Round the clock) input",
            run: "click",
        },
        {
            content: "the pauses that answers don't have are hidden",
            trigger: ".o_form_view:not(:has(.o_field_widget[name=pause_waiting]:visible))",
        },
        {
            trigger:
                ".o_field_widget[name=sentence]:contains(every team: first answer within 4 h round the clock)",
        },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        {
            content: "nothing was reached yet: no share of it",
            trigger: "button[name=action_view_clocks]:contains(Deadlines)",
        },
        { trigger: ".o_breadcrumb a:contains(SLA Policies), .o_back_button", run: "click" },
        { trigger: ".o_data_row:contains(First answer within 4 hours)" },
    ],
});

/** An agent sees the countdown, asks why, answers, and sees the promise kept. */
tours.add("helpdesk_lite_sla_answer_tour", {
    steps: () => [
        {
            trigger:
                ".o_data_row:contains(Oven is cold) .o_helpdesk_lite_sla_deadline:contains(3 h left)",
        },
        { trigger: ".o_data_row:contains(Oven is cold) td[name=name]", run: "click" },
        {
            trigger:
                ".o_helpdesk_lite_sla_statuses .badge.text-bg-info:contains(First answer within 4 hours: In Progress)",
        },
        { trigger: ".o_helpdesk_lite_sla_deadline[role=timer]:contains(3 h left)" },
        { trigger: ".o_helpdesk_lite_sla_statuses button:contains(Why this deadline?)", run: "click" },
        { trigger: ".modal .o_helpdesk_lite_sla_ledger tr:contains(The ticket came in.)" },
        { trigger: ".modal .o_helpdesk_lite_sla_ledger tfoot:contains(04:00)" },
        { trigger: ".modal footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal)) .o-mail-Chatter-sendMessage", run: "click" },
        { trigger: ".o-mail-Composer-input", run: "edit Please press the red button" },
        { trigger: ".o-mail-Composer-send:enabled", run: "click" },
        {
            content: "kept: green, and nothing counts down any more",
            trigger:
                ".o_helpdesk_lite_sla_statuses .badge.text-bg-success:contains(First answer within 4 hours: Reached)",
        },
        { trigger: ".o_form_view:not(:has(.o_helpdesk_lite_sla_deadline))" },
    ],
});

/** From a team's card to what is late, in order of deadline, and to the deadlines of a week. */
tours.add("helpdesk_lite_sla_card_tour", {
    steps: () => [
        {
            trigger:
                ".o_kanban_record:contains(Team portal) a[name=action_view_late_tickets]:contains(1)",
            run: "click",
        },
        { trigger: ".o_facet_values:contains(Past the SLA Deadline)" },
        {
            trigger: ".o_data_row:contains(Oven is cold) .text-bg-danger:contains(late)",
        },
        { trigger: ".o_breadcrumb a:contains(Helpdesk), .o_back_button", run: "click" },
        {
            trigger:
                ".o_kanban_record:contains(Team portal) a[name=action_view_recent_deadlines]:contains(0%)",
            run: "click",
        },
        {
            content: "a deadline leads to its ticket",
            trigger: ".o_data_row:contains(First answer within 4 hours) td[name=name]",
            run: "click",
        },
        { trigger: ".o_helpdesk_lite_ticket_form .badge.text-bg-danger:contains(Failed)" },
    ],
});
