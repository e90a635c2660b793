// Notes when the page was clicked and when it was last painted: see browser.py.
(() => {
    const meter = (window.benchMeter = { clicked: 0, painted: 0, isArmed: false });
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
        meter.painted = performance.now();
    };
    let isAsked = false;
    const note = () => {
        if (!isAsked) {
            isAsked = true;
            requestAnimationFrame(() => {
                isAsked = false;
                channel.port2.postMessage(null); // comes after this frame is painted
            });
        }
    };
    addEventListener("click", (event) => {
        if (meter.isArmed) {
            Object.assign(meter, { clicked: event.timeStamp, painted: 0, isArmed: false });
        }
    }, true);
    addEventListener("load", note, true);
    new MutationObserver(note).observe(document, {
        attributes: true, characterData: true, childList: true, subtree: true,
    });
})();
