import { createApp } from "vue";
import "@kit/base.css";
import { createTexts } from "@kit/i18n";
import { unlockSounds } from "@kit/sounds";
import App from "./App.vue";
import { begin } from "./bench";
import { en } from "./texts/en";
import { zh } from "./texts/zh";

for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, unlockSounds, { capture: true });
createApp(App).use(createTexts(zh, en)).mount("#app");
void begin();
