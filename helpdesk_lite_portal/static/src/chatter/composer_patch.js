import { Composer } from "@mail/core/common/composer";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(Composer.prototype, {
    get placeholder() {
        const { thread } = this.props.composer;
        if (this.env.inFrontendPortalChatter && thread?.model === "helpdesk.lite.ticket") {
            return _t("Write your reply…");
        }
        return super.placeholder;
    },
});
