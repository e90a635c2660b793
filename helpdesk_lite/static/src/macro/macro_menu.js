import { useService } from "@web/core/utils/hooks";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { Component, useState } from "@odoo/owl";

/** The macros that fit a ticket, in its header: one click opens the list, one applies. */
export class MacroMenu extends Component {
    static template = "helpdesk_lite.MacroMenu";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ macros: [] });
    }

    get record() {
        return this.props.record;
    }

    async load() {
        const { resModel, resId } = this.record;
        this.state.macros = await this.orm.call(resModel, "get_macros", [[resId]]);
    }

    async apply(macro) {
        if (!(await this.record.save())) {
            return;
        }
        const { resModel, resId } = this.record;
        const action = await this.orm.call(resModel, "apply_macro", [[resId], macro.id]);
        if (action !== true) {
            const onClose = () => this.record.load();
            return this.action.doAction(action, { onClose });
        }
        await this.record.load();
    }
}

registry.category("view_widgets").add("helpdesk_lite_macro_menu", {
    component: MacroMenu,
});
