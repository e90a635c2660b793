import {
    click,
    contains,
    defineMailModels,
    openFormView,
    start,
    startServer,
} from "@mail/../tests/mail_test_helpers";
import { messageActionsRegistry } from "@mail/core/common/message_actions";
import { describe, expect, test } from "@odoo/hoot";
import { asyncStep, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineMailModels();

const split = () => messageActionsRegistry.get("helpdesk_lite_split");

for (const [model, type, id, shown] of [
    ["helpdesk.lite.ticket", "comment", 7, true],
    ["helpdesk.lite.ticket", "email", 7, true],
    ["helpdesk.lite.ticket", "notification", 7, false],
    ["helpdesk.lite.ticket", "auto_comment", 7, false],
    ["helpdesk.lite.ticket", "comment", 7.01, false],
    ["res.partner", "comment", 7, false],
]) {
    test(`A ${type} ${id} of ${model} can be split: ${shown}`, () => {
        const message = { id, message_type: type, thread: { id: 3, model } };
        expect(split().condition({ message })).toBe(shown);
    });
}

test("It asks the server for a ticket of the message, and opens it", async () => {
    const services = {
        orm: {
            async call(model, method, args) {
                asyncStep(`${model} ${method} ${JSON.stringify(args)}`);
                return { res_id: 12 };
            },
        },
        action: {
            async doAction(action) {
                asyncStep(`open ${action.res_id}`);
            },
        },
    };
    const message = { id: 7, thread: { id: 3, model: "helpdesk.lite.ticket" } };
    await split().onSelected({ message, store: { env: { services } } });
    await waitForSteps(["helpdesk.lite.ticket action_split [[3],7]", "open 12"]);
});

test("Other records' messages have no such action", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Contact" });
    pyEnv["mail.message"].create({
        body: "<p>Text</p>",
        message_type: "comment",
        model: "res.partner",
        res_id: partnerId,
    });
    await start();
    await openFormView("res.partner", partnerId);
    await click(".o-mail-Message [title='Expand']");
    await contains(".o-mail-Message-moreMenu");
    await contains("[name='helpdesk_lite_split']", { count: 0 });
});
