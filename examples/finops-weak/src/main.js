import { createApp } from "vue";

createApp({ template: "<h1>Crew portal</h1>" }).mount("#app");
