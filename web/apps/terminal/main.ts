import { createApp } from "vue";
import "@kit/base.css";
import "./till.css";
import { createTexts } from "@kit/i18n";
import { installKeyboard, typeCharacters } from "@kit/keyboard";
import { unlockSounds } from "@kit/sounds";
import { listenForScans, wedgeOptions } from "@kit/wedge";
import App from "./App.vue";
import { entry } from "./state/entry";
import { tell } from "./state/notices";
import { scan } from "./state/sale";
import { session } from "./state/session";
import { till } from "./state/till";
import { en } from "./texts/en";
import { zh } from "./texts/zh";

installKeyboard();
for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, unlockSounds, { capture: true });

const heard = {
  scan: (text: string) => {
    if (session.who && till.shift) void scan(text);
    else tell({ tone: "bad", key: "refused.notReady" });
  },
  unusable: () => {
    entry.clear();
    tell({ tone: "bad", key: "refused.unusable" });
  },
  typed: typeCharacters,
};
listenForScans(heard, wedgeOptions());

createApp(App).use(createTexts(zh, en)).mount("#app");
