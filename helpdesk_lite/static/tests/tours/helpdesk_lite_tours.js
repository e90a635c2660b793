import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const column = (name) => `.o_kanban_group:has(.o_column_title:contains(${name}))`;
const card = (name) => `.o_kanban_record:contains(${name})`;
const view = (...triggers) => triggers.map((trigger) => ({ trigger }));

function quickCreate(name) {
    return [
        {
            content: `Write the subject of "${name}"`,
            trigger: `${column("New")} .o_kanban_quick_create [name=name] input`,
            run: `edit ${name}`,
        },
        { trigger: ".o_kanban_quick_create .o_kanban_add", run: "click" },
        { trigger: `${column("New")} ${card(name)}` },
    ];
}

/** The gear shows itself to a mouse that hovers over the column only. */
function openGear(name) {
    return {
        trigger: `${column(name)} .o_group_config button:not(:visible)`,
        run: ({ anchor }) => anchor.click(),
    };
}

/** An administrator makes a team and works its first tickets. */
tours.add("helpdesk_lite_pipeline_tour", {
    url: "/odoo/helpdesk-lite",
    steps: () => [
        { content: "Make a team", trigger: ".o-kanban-button-new", run: "click" },
        { trigger: ".o_field_widget[name=name] input", run: "edit Tour Team" },
        { trigger: ".o_form_button_save:visible", run: "click" },
        { trigger: ".o_form_saved" },
        { trigger: ".o_back_button a", run: "click" },
        { content: "Open its pipeline", trigger: `${card("Tour Team")} main`, run: "click" },
        { trigger: ".o_searchview_facet:contains(Open)" },

        { trigger: `${column("New")} .o_kanban_quick_add`, run: "click" },
        ...quickCreate("Printer jams"),
        ...quickCreate("Screen stays black"),
        ...quickCreate("Mouse is lost"),
        // as after a real drop: a click beside it closes the quick create
        { trigger: ".o_kanban_renderer", run: "click" },
        { trigger: ".o_kanban_renderer:not(:has(.o_kanban_quick_create))" },

        {
            content: "Drag one ticket on",
            trigger: `${column("New")} ${card("Printer jams")}`,
            run: `drag_and_drop (${column("In Progress")})`,
        },
        { trigger: `${column("In Progress")} ${card("Printer jams")}` },
        {
            content: "Drag another one to the stage that closes it",
            trigger: `${column("New")} ${card("Mouse is lost")}`,
            run: `drag_and_drop (${column("Solved")})`,
        },
        { trigger: `${column("New")}:not(:has(${card("Mouse is lost")}))` },
        {
            content: "Take one over",
            trigger: `${card("Printer jams")} a[name=action_assign_to_me]`,
            run: "click",
        },
        {
            trigger: `${card("Printer jams")}:not(:has(a[name=action_assign_to_me])) .o_field_many2one_avatar_user img`,
        },

        openGear("In Progress"),
        {
            content: "Fold the column: the user's own view, nothing closes",
            trigger: ".o_kanban_toggle_fold",
            run: "click",
        },
        { trigger: ".o_column_folded:contains(In Progress)" },
    ],
});

/** The gear's Edit opens the stage; folding it there, and saving, closes its tickets. */
tours.add("helpdesk_lite_fold_stage_tour", {
    steps: () => [
        ...view(`${column("Test New")} ${card("First")}`),
        openGear("Test New"),
        { trigger: ".o_group_edit", run: "click" },
        ...view(".modal .alert-info:contains(Team internal)"),
        { trigger: ".modal .o_field_widget[name=fold] input", run: "click" },
        {
            content: "The form warns before saving",
            trigger: ".modal .alert-warning:contains(tickets of this stage)",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: `body:not(:has(${card("First")}))` },
    ],
});

/** An agent works tickets, and changes no pipeline. */
tours.add("helpdesk_lite_agent_tour", {
    url: "/odoo/helpdesk-lite",
    steps: () => [
        ...view(card("Team portal"), "body:not(:has(.o-kanban-button-new))"),
        { trigger: `${card("Team portal")} main`, run: "click" },
        ...view(
            `${column("Test New")} ${card("First")}`,
            ".o_kanban_renderer:not(:has(.o_group_draggable)):not(:has(.o_column_quick_create))"
        ),
        openGear("Test New"),
        ...view(".o_kanban_toggle_fold"),
        ...view("body:not(:has(.o_group_edit)):not(:has(.o_group_delete))"),
        { trigger: ".o_kanban_renderer", run: "click" },
        { trigger: `${card("First")} .fs-5`, run: "click" },
        { content: "Assign to me", trigger: "button[name=action_assign_to_me]", run: "click" },
        ...view(".o_field_widget[name=user_id] input:value(Helpdesk agent)"),
        { trigger: "button[data-value]:contains(Test Progress)", run: "click" },
        ...view(".o_arrow_button_current:contains(Test Progress)", ".o_form_saved"),
    ],
});

function counter(action, label, seen, unseen) {
    return [
        { trigger: `${card("Team portal")} a[name=${action}]:contains(${label})`, run: "click" },
        ...view(".o_list_view", `.o_data_row:contains(${seen})`),
        ...view(`.o_list_view:not(:has(.o_data_row:contains(${unseen})))`),
        { trigger: ".o_back_button a", run: "click" },
        ...view(card("Team portal")),
    ];
}

/** Each counter of a team's card leads to the tickets that it counts. */
tours.add("helpdesk_lite_counters_tour", {
    url: "/odoo/helpdesk-lite",
    steps: () => [
        ...counter("action_view_open_tickets", "3", "First", "Gone"),
        ...counter("action_view_unassigned_tickets", "2", "Second", "Third"),
        ...counter("action_view_urgent_tickets", "1", "Second", "First"),
        ...counter("action_view_closed_tickets", "1", "Gone", "First"),
    ],
});

/** Several tickets are changed at once in the list. */
tours.add("helpdesk_lite_multi_edit_tour", {
    url: "/odoo/helpdesk-lite-tickets",
    steps: () => [
        ...view(".o_searchview_facet:contains(Open)", ".o_data_row:contains(Second)"),
        { trigger: ".o_data_row:contains(First) .o_list_record_selector input", run: "click" },
        { trigger: ".o_data_row:contains(Second) .o_list_record_selector input", run: "click" },
        { trigger: ".o_data_row:contains(First) td[name=user_id]", run: "click" },
        { trigger: ".o_selected_row td[name=user_id] input", run: "edit Helpdesk assignee" },
        { trigger: ".o-autocomplete--dropdown-item:contains(Helpdesk assignee)", run: "click" },
        { trigger: ".modal:contains(2) .modal-footer .btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        ...view(".o_data_row:contains(Second) td[name=user_id]:contains(Helpdesk assignee)"),
        {
            content: "and both are taken over again by the button above the list",
            trigger: "button[name=action_assign_to_me]",
            run: "click",
        },
        ...view(".o_data_row:contains(First) td[name=user_id]:contains(Helpdesk agent)"),
    ],
});

/** A closed column that is unfolded says what the filter hides, and shows it by one click. */
tours.add("helpdesk_lite_unfold_tour", {
    steps: () => [
        ...view(`${column("Test New")} ${card("First")}`, ".o_searchview_facet:contains(Open)"),
        {
            content: "An open column, empty or not, says nothing",
            trigger: ".o_kanban_renderer:not(:has(.o_helpdesk_lite_hidden))",
        },
        { trigger: ".o_column_folded:contains(Test Solved)", run: "click" },
        { trigger: `${column("Test Solved")} .o_helpdesk_lite_hidden:contains(1)` },
        { trigger: ".o_helpdesk_lite_hidden button", run: "click" },
        ...view(
            `${column("Test Solved")} ${card("Gone")}`,
            "body:not(:has(.o_searchview_facet:contains(Open)))",
            "body:not(:has(.o_helpdesk_lite_hidden))"
        ),
    ],
});

/** Dragging a column puts it there after a reload, too, and says what else moved. */
tours.add("helpdesk_lite_drag_column_tour", {
    steps: () => [
        ...view(`${column("Test New")} ${card("First")}`),
        {
            trigger: `${column("Test New")} .o_column_title`,
            run: `drag_and_drop (${column("Test Progress")} .o_column_title)`,
        },
        ...view(".o_kanban_group:nth-child(1):contains(Test Progress)"),
        ...view(".o_notification:contains(Team internal)"),
    ],
});

/** A hotkey assigns; the answer takes the badge away without a reload. */
tours.add("helpdesk_lite_answer_tour", {
    steps: () => [
        ...view(".o_helpdesk_lite_waiting.text-warning-emphasis", ".o_helpdesk_lite_status:contains(In Progress)"),
        { trigger: "button[name=action_assign_to_me]", run: "press alt+a" },
        ...view(
            ".o_field_widget[name=user_id] input:value(Helpdesk agent)",
            ".o_helpdesk_lite_status:contains(In Progress)"
        ),
        { trigger: ".o-mail-Chatter-sendMessage", run: "click" },
        { trigger: ".o-mail-Composer-input", run: "edit It is repaired" },
        { trigger: ".o-mail-Composer-send:enabled", run: "click" },
        ...view(
            ".o-mail-Message:contains(It is repaired)",
            ".o_helpdesk_lite_waiting.text-muted:contains(waiting 1 min)"
        ),
    ],
});

/** A card leads to its most urgent tickets, and back. */
tours.add("helpdesk_lite_dashboard_tour", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains(Team portal) [name=first_tickets] a:contains(Second):contains(★★★)",
            run: "click",
        },
        ...view(".o_helpdesk_lite_ticket_form .o_field_widget[name=name] textarea:value(Second)"),
        { trigger: ".o_breadcrumb a:contains(Helpdesk), .o_back_button", run: "click" },
        ...view(".o_kanban_renderer"),
    ],
});

/** An administrator of Helpdesk without further rights writes above the link of the template. */
tours.add("helpdesk_lite_template_tour", {
    steps: () => [
        { trigger: ".odoo-editor-editable a:contains(View the ticket)" },
        { trigger: ".odoo-editor-editable p:contains(Its reference)", run: "editor We wrote it down." },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved" },
        { trigger: ".odoo-editor-editable p:contains(We wrote it down) + p a:contains(View the ticket)" },
    ],
});
