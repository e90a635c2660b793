import { registry } from "@web/core/registry";

// An agent merges two tickets from All Tickets, looks at the similar ones, and takes them apart.
registry.category("web_tour.tours").add("helpdesk_lite_merge", {
    steps: () => [
        {
            content: "search the tickets of the tour",
            trigger: ".o_searchview_input",
            run: "edit Tour: printer jammed",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item.focus, .o_searchview_autocomplete .focus",
            run: "press Enter",
        },
        {
            content: "select both",
            trigger: ".o_searchview_facet:contains(printer jammed)",
        },
        {
            content: "the list is read anew: until then a selection is lost",
            trigger: ".o_list_renderer:contains(jammed 2):not(:contains(Another matter))",
        },
        {
            trigger: ".o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_cp_action_menus button:contains(Actions)",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o_menu_item:contains(Merge)",
            run: "click",
        },
        {
            content: "the page says what will happen",
            trigger: ".modal .o_field_widget[name=summary]:contains(1 ticket)",
        },
        {
            trigger: ".modal .o_data_row td[name=similarity]:contains(100)",
        },
        {
            trigger: ".modal footer button[name=action_merge]",
            run: "click",
        },
        {
            content: "the ticket that stays is open, and knows the other",
            trigger: ".o_form_view .nav-link:contains(Merged Tickets)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=seen_merged_ids] button[name=action_unmerge]",
            run: "click",
        },
        {
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view:not(:has(.nav-link:contains(Merged Tickets)))",
        },
        {
            content: "it is similar again",
            trigger: "button[name=action_view_similar_tickets]",
            run: "click",
        },
        {
            trigger: ".o_breadcrumb:contains(Similar to), .o_control_panel:contains(Similar to)",
        },
        {
            trigger: ".o_data_row:contains(Tour: printer jammed 2) button:contains(Merge)",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:nth-child(2):contains(Tour: printer jammed)",
        },
        {
            trigger: ".modal footer button:contains(Discard)",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
    ],
});
