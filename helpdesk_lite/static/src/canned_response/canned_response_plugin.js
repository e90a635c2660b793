import { Plugin } from "@html_editor/plugin";
import { HtmlComposerMessageField } from "@mail/views/web/fields/html_composer_message_field/html_composer_message_field";
import { patch } from "@web/core/utils/patch";

import { CannedResponseList } from "./canned_response_list";

/** `::` in the full composer, as in the chatter's: Odoo's own plugin knows `@` and `#` only. */
export class CannedResponsePlugin extends Plugin {
    static id = "helpdeskLiteCannedResponse";
    static dependencies = ["overlay", "dom", "history", "input", "selection"];

    resources = {
        beforeinput_handlers: this.onBeforeInput.bind(this),
    };

    setup() {
        this.list = this.dependencies.overlay.createOverlay(CannedResponseList, {
            hasAutofocus: true,
            className: "popover",
        });
    }

    onBeforeInput(ev) {
        if (ev.data !== ":") {
            this.restoreBefore = null;
            return;
        }
        if (!this.restoreBefore || !this.isAfterColon()) {
            this.restoreBefore = this.dependencies.history.makeSavePoint();
            return;
        }
        const restore = this.restoreBefore;
        this.restoreBefore = null;
        this.list.open({
            props: {
                onSelect: (option) => this.insert(option, restore),
                close: () => this.list.close(),
            },
        });
    }

    /** Whether the character before the cursor is the first of two colons. */
    isAfterColon() {
        const { anchorNode, anchorOffset } = this.dependencies.selection.getEditableSelection();
        return (
            anchorNode.nodeType === Node.TEXT_NODE &&
            anchorNode.textContent[anchorOffset - 1] === ":"
        );
    }

    /** Put the text in the place of both colons, line by line. */
    insert(option, restore) {
        this.dependencies.selection.focusEditable();
        restore();
        const fragment = this.document.createDocumentFragment();
        option.label.split("\n").forEach((line, index) => {
            if (index) {
                fragment.append(this.document.createElement("br"));
            }
            fragment.append(this.document.createTextNode(line));
        });
        this.dependencies.dom.insert(fragment);
        this.dependencies.history.addStep();
    }
}

patch(HtmlComposerMessageField.prototype, {
    getConfig() {
        const config = super.getConfig(...arguments);
        config.Plugins = [...config.Plugins, CannedResponsePlugin];
        return config;
    },
});
