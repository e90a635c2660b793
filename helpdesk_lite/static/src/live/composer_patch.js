import { Composer } from "@mail/core/common/composer";

import { patch } from "@web/core/utils/patch";

/** Tell the others on a ticket that the user is writing. */
patch(Composer.prototype, {
    onInput() {
        super.onInput(...arguments);
        this.tellWriting();
    },

    async onClickFullComposer() {
        this.tellWriting();
        return super.onClickFullComposer(...arguments);
    },

    tellWriting() {
        if (this.thread?.model === "helpdesk.lite.ticket") {
            this.env.services["helpdesk_lite.live"]?.write(this.thread.id);
        }
    },
});
