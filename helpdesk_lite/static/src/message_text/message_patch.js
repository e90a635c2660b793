import { Message } from "@mail/core/common/message";
import { onMounted } from "@odoo/owl";

import { patch } from "@web/core/utils/patch";

// A mail stands in a tree of its own, which no style sheet of the page reaches: see reading.scss
const STYLE = `
    img { max-width: 100%; object-fit: contain; }
    img[width], img[style*="width"] { height: auto !important; }
    table { word-break: normal; overflow-wrap: break-word; }
`;

patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        onMounted(() => {
            if (this.shadowRoot && this.message.thread?.model === "helpdesk.lite.ticket") {
                const style = document.createElement("style");
                style.textContent = STYLE;
                this.shadowRoot.appendChild(style);
            }
        });
    },

    /** Each text reads in the direction of its own first letters, whatever the reader's language. */
    prepareMessageBody(bodyEl) {
        super.prepareMessageBody(...arguments);
        if (bodyEl && this.message.thread?.model === "helpdesk.lite.ticket") {
            bodyEl.dir = "auto";
        }
    },
});
