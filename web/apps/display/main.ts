import { createApp } from "vue";
import "@kit/base.css";
import { createTexts } from "@kit/i18n";
import App from "./App.vue";
import { en } from "./texts/en";
import { zh } from "./texts/zh";

createApp(App).use(createTexts(zh, en, "dianshu.display-language")).mount("#app");
