import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Each page: where its sources are, where the Python package serves it from, and which server it talks to. */
export const apps = {
  terminal: { base: "/till/", outDir: here("../hub/app/static/till"), server: "http://127.0.0.1:8710" },
  display: { base: "/display/", outDir: here("../hub/app/static/display"), server: "http://127.0.0.1:8710" },
  console: { base: "/console/", outDir: here("../cloud_sync/cloud/static/console"), server: "http://127.0.0.1:8720" },
  bench: { base: "/bench/", outDir: here("../hardware_sim/static/bench"), server: "http://127.0.0.1:8730" },
};

export function configFor(name) {
  const app = apps[name];
  return {
    configFile: false,
    root: here(`./apps/${name}`),
    base: app.base,
    publicDir: false,
    plugins: [vue()],
    define: {
      __VUE_OPTIONS_API__: name === "console",
      __VUE_PROD_DEVTOOLS__: false,
      __VUE_I18N_FULL_INSTALL__: false,
      __VUE_I18N_LEGACY_API__: false,
      __INTLIFY_PROD_DEVTOOLS__: false,
    },
    resolve: { alias: { "@kit": here("./kit"), "@api": here("./api") } },
    build: {
      outDir: app.outDir,
      emptyOutDir: true,
      target: "es2022",
      // The pages are served under a strict content policy: nothing inlined as data: or blob:.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1200,
      license: { fileName: "licenses.md" },
    },
    server: { proxy: { "/api": app.server, "/ws": { target: app.server, ws: true } } },
  };
}

export default defineConfig({
  resolve: { alias: { "@kit": here("./kit"), "@api": here("./api") } },
  test: { include: ["kit/**/*.test.ts", "apps/**/*.test.ts"], environment: "node" },
});
