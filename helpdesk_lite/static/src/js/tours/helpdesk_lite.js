import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

import { markup } from "@odoo/owl";

/** From an empty Helpdesk over a team and its address to a first ticket. */
registry.category("web_tour.tours").add("helpdesk_lite_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            trigger: '.o_app[data-menu-xmlid="helpdesk_lite.helpdesk_lite_menu_root"]',
            content: markup(_t("No request gets lost any more: open <b>Helpdesk</b>.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_helpdesk_lite_first_team",
            content: markup(_t("Begin with a <b>team</b>: it gathers the tickets of one desk.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: ".o_helpdesk_lite_team_first .o_field_widget[name=name] input",
            content: markup(_t("<b>Name the team</b>: customers read it in the mails they get.")),
            tooltipPosition: "bottom",
            run: "edit Customer Care",
        },
        {
            trigger: ".o_helpdesk_lite_team_first .o_field_widget[name=alias_name] input",
            content: markup(_t("Each mail to this <b>address</b> becomes a ticket. Take it, or write another.")),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: ".o_helpdesk_lite_team_first .o_helpdesk_lite_create_team",
            content: _t("That is all it needs."),
            tooltipPosition: "top",
            run: "click",
        },
        {
            trigger: ".o_helpdesk_lite_sample",
            content: markup(_t("Look around in a <b>sample ticket</b>: nobody is mailed.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            trigger: "button.o-mail-Chatter-sendMessage",
            content: markup(_t("<b>Send message</b> answers the customer, by mail.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["manual"],
            trigger: ".o_statusbar_status",
            content: markup(_t("Move the ticket along its <b>stages</b>: a folded one closes it.")),
            tooltipPosition: "bottom",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_statusbar_status button:contains(In Progress)",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_statusbar_status .o_arrow_button_current:contains(In Progress)",
        },
        {
            trigger: ".o_breadcrumb .o_back_button",
            content: markup(_t("Back to the <b>pipeline</b>, where the next tickets arrive.")),
            tooltipPosition: "right",
            run: "click",
        },
        {
            isActive: ["auto"],
            trigger: ".o_kanban_group:contains(In Progress) .o_kanban_record",
        },
    ],
});
