import { Message } from "@mail/core/common/message_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { isSameSubject } from "./subject";

/** The letters of HTML, for comparing: an editor and a sanitiser write the same text differently. */
export function getLetters(html) {
    const body = new DOMParser().parseFromString(`${html || ""}`, "text/html").body;
    return body.textContent.replace(/[\s\u200b\ufeff]+/g, "");
}

patch(Message.prototype, {
    get isHelpdeskTickets() {
        return this.thread?.model === "helpdesk.lite.ticket";
    },

    get isSubjectSimilarToThreadName() {
        if (this.isHelpdeskTickets && this.subject && this.thread.display_name) {
            return isSameSubject(this.subject, this.thread.display_name);
        }
        return super.isSubjectSimilarToThreadName;
    },

    /** Whether the desk sent this by itself: an acknowledgment, or another mail of a stage. */
    get isHelpdeskAutomatic() {
        return (
            this.isHelpdeskTickets &&
            this.message_type === "auto_comment" &&
            this.notification_ids.length > 0
        );
    },

    get helpdeskAutomaticLine() {
        const names = this.notification_ids
            .map((notification) => notification.res_partner_id?.name)
            .filter(Boolean)
            .join(", ");
        const subject = this.subject || _t("no subject");
        return names
            ? _t("Automatic e-mail to %(names)s: %(subject)s", { names, subject })
            : _t("Automatic e-mail: %(subject)s", { subject });
    },

    /** Whether this is a ticket's first message, and its description says the same. */
    isHelpdeskDescription(description) {
        if (
            !description ||
            !this.isHelpdeskTickets ||
            !["email", "comment"].includes(this.message_type) ||
            this.thread.messages.some(
                (other) => other.id < this.id && ["email", "comment"].includes(other.message_type)
            )
        ) {
            return false;
        }
        const letters = getLetters(this.body);
        return letters !== "" && letters === getLetters(description);
    },
});
