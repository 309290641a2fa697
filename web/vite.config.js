import { defineConfig } from "vite";

// Everything is bundled into the console's own static files: nothing is fetched from elsewhere at run time.
export default defineConfig({
  base: "/static/",
  build: {
    outDir: "../src/postloan/console/static",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: { console: "src/console.js", charts: "src/charts.js", tables: "src/tables.js" },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "parts/[name]-[hash].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
});
