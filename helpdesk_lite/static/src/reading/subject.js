const PREFIXES = ["re", "fw", "fwd", "aw", "wg", "sv", "tr", "rv", "답장", "회신", "전달"];

/** A subject without what programs and the helpdesk put around it. */
function strip(subject, reference) {
    let text = (subject || "").replaceAll("：", ":").replaceAll("[회신]", "").replaceAll("[전달]", "");
    if (reference) {
        text = text.replaceAll(`[${reference}]`, "").replaceAll(`(${reference})`, "");
    }
    for (;;) {
        text = text.trim();
        const colon = text.indexOf(":");
        if (colon < 0 || !PREFIXES.includes(text.slice(0, colon).trim().toLowerCase())) {
            return text.split(/\s+/).join(" ").toLowerCase();
        }
        text = text.slice(colon + 1);
    }
}

/**
 * Whether a message's subject says no more than its ticket's name does.
 *
 * @param {string} subject as "RE: [HD00042] Printer"
 * @param {string} ticketName as "Printer (HD00042)"
 */
export function isSameSubject(subject, ticketName) {
    const end = ticketName.endsWith(")") ? ticketName.lastIndexOf("(") : -1;
    const reference = end < 0 ? "" : ticketName.slice(end + 1, -1);
    return strip(subject, reference) === strip(ticketName, reference);
}
