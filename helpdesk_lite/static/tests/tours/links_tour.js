import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("helpdesk_lite_links_tour", {
    steps: () => [
        { trigger: "button[name='action_view_children']:contains('1 open')" },
        { trigger: "button[name='action_close_children']", run: "click" },
        { trigger: "body:not(:has(button[name='action_close_children']:visible))" },
        {
            trigger: ".o-mail-Message:contains('my printer burns')",
            run: "hover && click .o-mail-Message:contains('my printer burns') [title='Expand']",
        },
        { trigger: "[name='helpdesk_lite_split']", run: "click" },
        { trigger: ".o_field_widget[name='related_ticket_ids']:contains('Outage')" },
        { trigger: ".o_field_widget[name='description']:contains('my printer burns')" },
    ],
});
