// Starts what each page needs. Every task works without this script; it only adds comfort.
import { watchFiles } from "./files.js";
import { watchMenus } from "./menu.js";
import { showBusy } from "./busy.js";
import { guardUnsaved } from "./unsaved.js";
import { watchIdle } from "./idle.js";
import { focusSummary } from "./summary.js";
import { focusFirst } from "./focus.js";
import { showPasswords } from "./password.js";
import { watchNews } from "./news.js";
import { sayMessages } from "./said.js";
import { watchYears } from "./years.js";
import { fillWindow, showCurrentScreen, watchKeys, watchLists } from "./keys.js";

watchFiles();
watchMenus();
focusSummary();
focusFirst();
guardUnsaved();
showBusy();
watchIdle();
showPasswords();
sayMessages();
watchNews();
watchKeys();
fillWindow();
watchLists();
showCurrentScreen();
watchYears();
