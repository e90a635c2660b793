import { TICKET } from "@helpdesk_lite/answer_send/answer_draft";

import { MailComposerTemplateSelector } from "@mail/core/web/mail_composer_template_selector";
import { patch } from "@web/core/utils/patch";

const ANSWERS = ["is_helpdesk_lite_answer", "=", true];

/** A ticket's composer offers answers, and not what the system sends by itself. */
patch(MailComposerTemplateSelector.prototype, {
    setup() {
        super.setup(...arguments);
        this.state.templates ??= []; // Odoo's menu fails if it is opened before they have come
        const orm = this.orm;
        this.orm = Object.create(orm, {
            searchRead: {
                value: (model, domain, ...args) =>
                    orm.searchRead(model, this.limitHelpdeskLite(model, domain), ...args),
            },
        });
    },

    limitHelpdeskLite(model, domain) {
        const isOurs = model === "mail.template" && this.props.record.data.render_model === TICKET;
        return isOurs ? [...domain, ANSWERS] : domain;
    },

    onSelectTemplateSearchMoreBtnClick() {
        const { dialog } = this.env.services;
        const add = (component, props, options) =>
            dialog.add(
                component,
                { ...props, domain: this.limitHelpdeskLite(props.resModel, props.domain) },
                options
            );
        const env = { ...this.env, services: { ...this.env.services, dialog: { ...dialog, add } } };
        return super.onSelectTemplateSearchMoreBtnClick.call(
            Object.create(this, { env: { value: env } })
        );
    },
});
