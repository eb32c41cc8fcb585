// Playwright runs a script of 330 KB in each page that a test looks at. Among its words it writes a number, another one for each page, which serves
// references that no test uses. With one number for all it is the same script everywhere, and a process of Chromium compiles it once.
const { Module } = require("module"), compile = Module.prototype._compile;

Module.prototype._compile = function (text, path, ...others) {
    if (path.endsWith("coreBundle.js")) {
        const parts = text.split("frameSeq: this.frame.seq,");
        if (parts.length !== 2) throw new Error("Playwright numbers its pages elsewhere; see tests/browser/same_script.cjs");
        text = parts.join("frameSeq: 0,");
    }
    return compile.call(this, text, path, ...others);
};
