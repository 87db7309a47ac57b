import { createApp } from "vue";
import { createRouter, createWebHashHistory } from "vue-router";
import "element-plus/dist/index.css";
import "@kit/base.css";
import "./console.css";
import { createTexts } from "@kit/i18n";
import App from "./App.vue";
import { resumeSession } from "./cloud";
import { en } from "./texts/en";
import { zh } from "./texts/zh";
import TodayView from "./views/TodayView.vue";

const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/", component: TodayView },
    { path: "/orders", component: () => import("./views/OrdersView.vue") },
    { path: "/stores/:storeId", component: () => import("./views/StoreView.vue"), props: true },
    { path: "/orders/:storeId/:orderId", component: () => import("./views/OrderView.vue"), props: true },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

await resumeSession();
createApp(App).use(createTexts(zh, en)).use(router).mount("#app");
