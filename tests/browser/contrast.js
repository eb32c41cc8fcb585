// Most texts are alike. Of those with the same letters on the same ground, in all pages, axe's check of contrast is asked of one: the next ones
// get its answer where it was yes. The ground is what axe itself says lies behind the text, its ancestors or others.
(() => {
    // What axe reads of an element behind a text, and what makes a layer of one (its own isStackingContext and getStackLevel).
    const GROUND = [
        "background-color", "background-image", "opacity", "mix-blend-mode", "position", "z-index", "float", "display", "transform", "filter",
        "perspective", "clip-path", "mask", "mask-image", "isolation", "will-change", "contain",
    ];
    const LETTERS = [
        "color", "-webkit-text-fill-color", "-webkit-text-stroke-width", "-webkit-text-stroke-color", "text-shadow", "font-size", "font-weight",
    ];
    const numbers = new Map(), enough = new Set(), check = axe._audit.checks["color-contrast"], own = check.evaluate;
    let grounds = new Map();

    const numbered = words => {
        if (!numbers.has(words)) numbers.set(words, numbers.size);
        return numbers.get(words);
    };
    // By axe's own note of the element, which holds most of this already.
    const read = (element, names) => {
        const note = axe.utils.getNodeFromTree(element);
        return names.map(name => note.getComputedStylePropertyValue(name)).join("|");
    };
    const ground = element => {
        if (!element) return "";
        if (!grounds.has(element)) {
            grounds.set(element, numbered(`${ground(element.parentElement)} ${element.localName} ${read(element, GROUND)}`));
        }
        return grounds.get(element);
    };
    // How far up an element behind a text has an ancestor in common with it; an ancestor of the text is its own.
    const kin = (behind, element) => behind.contains(element) ? 0 : 1 + kin(behind.parentElement, element);
    const alike = element => {
        const stacks = axe.commons.dom.isVisibleOnScreen(element) ? axe.commons.dom.getTextElementStack(element) : [];
        if (!stacks.length) return null;
        const grounds = stack => stack.map(behind => `${kin(behind, element)} ${ground(behind)}`).join();
        return [read(element, LETTERS), ...new Set(stacks.map(grounds))].join("/");
    };

    check.evaluate = function (element, ...others) {
        const words = alike(element);
        if (enough.has(words)) return true;
        const answer = own.call(this, element, ...others);
        if (answer === true && words) enough.add(words);
        return answer;
    };
    // Of the page itself, or of the one that this window has opened and keeps an eye on. Styles may have changed since the last look.
    window.look = options => {
        const view = window.seen ?? window;
        grounds = new Map();
        aim(view);
        return axe.run(options);
    };
    // How many objections: the elements need not be written out for it.
    window.objections = options => {
        axe._audit.noHtml = true;
        return look(options).then(answer => answer.violations.length).finally(() => axe._audit.noHtml = false);
    };
})();
