import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** An administrator makes the first team, looks at a sample ticket and deletes it again. */
tours.add("helpdesk_lite_first_start", {
    steps: () => [
        { trigger: ".o_view_nocontent .o_helpdesk_lite_first_team", run: "click" },
        { trigger: ".o_helpdesk_lite_team_first .o_field_widget[name=privacy_visibility] .o_radio_input:checked" },
        { trigger: ".o_helpdesk_lite_team_first .o_field_widget[name=name] input", run: "edit Customer Care" },
        { trigger: ".o_helpdesk_lite_team_first .o_field_widget[name=alias_name] input", run: "click" },
        {
            content: "An address is proposed, and can be another",
            trigger: ".o_helpdesk_lite_team_first .o_field_widget[name=alias_name] input:value(customer-care)",
            run: "edit care",
        },
        { trigger: ".o_helpdesk_lite_team_first .o_field_widget[name=answering_ids] input", run: "edit hdl_rookie" },
        { trigger: ".o-autocomplete--dropdown-item:contains(hdl_rookie)", run: "click" },
        { trigger: ".o_helpdesk_lite_team_first [name=answering_note]:contains(hdl_rookie)" },
        { trigger: ".o_helpdesk_lite_team_first .o_helpdesk_lite_create_team", run: "click" },
        {
            content: "The pipeline is the team's, and says where mail goes",
            trigger: ".o_view_nocontent a[href='mailto:care@helpdesk.example.com']",
        },
        { trigger: ".o_breadcrumb:contains(Customer Care)" },
        { trigger: ".o_helpdesk_lite_sample", run: "click" },
        { trigger: ".o_form_view .badge[name=sample]:contains(Sample)" },
        { trigger: ".o_statusbar_buttons button:contains(Delete Sample)", run: "click" },
        { trigger: ".o_kanban_renderer .o_view_nocontent .o_helpdesk_lite_sample" },
        {
            content: "The dashboard shows the team now",
            trigger: ".o_menu_brand",
            run: "click",
        },
        { trigger: ".o_kanban_record:contains(Customer Care)" },
        { trigger: "body:not(:has(.o_view_nocontent))" },
        { trigger: ".o_searchview_input", run: "edit No team has this name" },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item.focus" },
        { trigger: ".o_searchview_input", run: "press Enter" },
        { trigger: ".o_view_nocontent:not(:has(.o_helpdesk_lite_first_team))" },
    ],
});

/** An agent whom nobody has made a team for yet is told whom to ask. */
tours.add("helpdesk_lite_agent_start", {
    steps: () => [
        { trigger: ".o_view_nocontent:contains(Ask an administrator of Helpdesk)" },
        { trigger: "body:not(:has(.o_helpdesk_lite_first_team, .o-kanban-button-new))" },
    ],
});

const wait = (delay) => new Promise((resolve) => setTimeout(resolve, delay));

/** The visible element of a selector, once it is on the page together with `other`. */
async function waitFor(selector, other = "body") {
    for (let tries = 0; tries < 300; tries++) {
        const element = [...document.querySelectorAll(selector)].find((el) => el.checkVisibility());
        if (element && document.querySelector(other)) {
            await wait(500);
            return element;
        }
        await wait(100);
    }
    throw new Error(`The tour does not point at ${selector}`);
}

const waitForPointer = (selector) => waitFor(selector, ".o_tour_pointer");

async function enter(selector, text) {
    const input = await waitForPointer(selector);
    input.value = text;
    input.dispatchEvent(new InputEvent("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Does what the tour asks a user for, as the runner of automatic tours leaves it to people. */
odoo.startHelpdeskLiteTourByHand = async () => {
    (await waitFor(".o_navbar_apps_menu button")).click();
    await odoo.startTour("helpdesk_lite_tour", { mode: "manual", redirect: false });
    const app = '.o_app[data-menu-xmlid="helpdesk_lite.helpdesk_lite_menu_root"]';
    (await waitForPointer(app)).click();
    (await waitForPointer(".o_helpdesk_lite_first_team")).click();
    await enter(".o_helpdesk_lite_team_first .o_field_widget[name=name] input", "Customer Care");
    (await waitForPointer(".o_helpdesk_lite_team_first .o_field_widget[name=alias_name] input")).click();
    (await waitForPointer(".o_helpdesk_lite_team_first .o_helpdesk_lite_create_team")).click();
    (await waitForPointer(".o_helpdesk_lite_sample")).click();
    (await waitForPointer("button.o-mail-Chatter-sendMessage")).click();
    (await waitForPointer(".o_statusbar_status button:not(.o_arrow_button_current)")).click();
    (await waitForPointer(".o_breadcrumb .o_back_button")).click();
};
