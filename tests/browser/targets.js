// A target that is large enough need not stand apart from the others, and axe asks for one of the two: of such a target it is not asked how far
// away all others are.
(() => {
    const {"target-size": size, "target-offset": offset} = axe._audit.checks, measure = size.evaluate, compare = offset.evaluate;
    const large = new WeakSet();

    size.evaluate = function (element, ...others) {
        const answer = measure.call(this, element, ...others);
        large[answer === true ? "add" : "delete"](element);
        return answer;
    };
    offset.evaluate = function (element, ...others) {
        return large.has(element) || compare.call(this, element, ...others);
    };
})();
