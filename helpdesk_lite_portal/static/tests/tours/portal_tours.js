import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

const tours = registry.category("web_tour.tours");
const chatter = (selector) => `#chatterRoot:shadow ${selector}`;

function reply(text) {
    return [
        { trigger: chatter(".o-mail-Composer-input"), run: `edit ${text}` },
        { trigger: chatter(".o-mail-Composer-send:enabled"), run: "click" },
        { trigger: chatter(`.o-mail-Message:contains(${text})`) },
    ];
}

/** A stranger finds the form of a team and sends a request. */
tours.add("helpdesk_lite_portal_form", {
    url: "/helpdesk",
    steps: () => [
        { trigger: "a:contains(Team of the tour)", run: "click", expectUnloadPage: true },
        { trigger: ".o_helpdesk_lite_form input[name=name]", run: "edit Vera Visitor" },
        { trigger: "input[name=email]", run: "edit vera@visitor.example.net" },
        { trigger: "input[name=phone]", run: "edit +32 2 123 45 67" },
        { trigger: "input[name=subject]", run: "edit The door is locked" },
        { trigger: "textarea[name=message]", run: "edit I can not get in." },
        {
            trigger: "input[name=attachments]",
            async run() {
                await inputFiles("input[name=attachments]", [
                    new File(["what I see"], "door.txt", { type: "text/plain" }),
                ]);
            },
        },
        { trigger: ".o_helpdesk_lite_form button[type=submit]", run: "click", expectUnloadPage: true },
        { trigger: ".o_ticket_reference:contains(HD)" },
    ],
});

/** With the link of the mail: read, answer with a file, close. The test opens the link. */
tours.add("helpdesk_lite_portal_link", {
    steps: () => [
        { trigger: "h1:contains(The door is locked)" },
        { trigger: "a:contains(door.txt)" },
        // the chatter's assets are made on the first visit
        { trigger: chatter(".o-mail-Message:contains(I can not get in)"), timeout: 60000 },
        {
            trigger: chatter(".o-mail-Composer-input"),
            async run() {
                const root = document.querySelector("#chatterRoot").shadowRoot;
                await inputFiles(
                    ".o-mail-Composer .o_input_file",
                    [new File(["the key"], "key.txt", { type: "text/plain" })],
                    { target: root }
                );
            },
        },
        { trigger: chatter(".o-mail-AttachmentContainer:not(.o-isUploading):contains(key.txt)") },
        ...reply("Here is my key"),
        { trigger: chatter(".o-mail-Message:contains(Here is my key) .o-mail-AttachmentContainer") },
        { trigger: "button:contains(Close Ticket)", run: "click" },
        { trigger: ".modal.show button[type=submit]", run: "click", expectUnloadPage: true },
        { trigger: ".o_ticket_closed:contains(Vera Visitor)" },
        { trigger: "body:not(:has(button[data-bs-target='#close_ticket']))" },
    ],
});

/** A customer with an account: My Account, Tickets, filter, open, answer. */
tours.add("helpdesk_lite_portal_account", {
    url: "/my",
    steps: () => [
        { trigger: ".o_portal_index_card:not(.d-none) a[href='/my/tickets']", run: "click", expectUnloadPage: true },
        { trigger: "tbody tr:contains(Screen is dark)" },
        { trigger: "tbody tr:contains(Settled long ago)" },
        { trigger: "#portal_searchbar_filters", run: "click" },
        { trigger: ".dropdown-menu.show .dropdown-item:contains(Open)", run: "click", expectUnloadPage: true },
        { trigger: "table:not(:contains(Settled long ago))" },
        { trigger: "tbody a:contains(Screen is dark)", run: "click", expectUnloadPage: true },
        { trigger: chatter(".o-mail-Message:contains(We look into it)"), timeout: 60000 },
        ...reply("Thank you very much"),
    ],
});

/** Answering a ticket that was closed long ago: the page leads on to the new ticket. */
tours.add("helpdesk_lite_portal_follow_up", {
    steps: () => [
        { trigger: ".o_ticket_reply_hint:contains(a new ticket is opened)" },
        { trigger: chatter(".o-mail-Composer-input"), run: "edit It is dark again", timeout: 60000 },
        {
            trigger: chatter(".o-mail-Composer-send:enabled"),
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: ".o_ticket_follow_up a", run: "click", expectUnloadPage: true },
        { trigger: chatter(".o-mail-Message:contains(It is dark again)"), timeout: 60000 },
        { trigger: "body:not(:has(.o_ticket_follow_up))" },
    ],
});
