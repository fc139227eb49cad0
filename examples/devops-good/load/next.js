import http from "k6/http";
import { check } from "k6";

export const options = { vus: 20, duration: "1m", thresholds: { http_req_duration: ["p(95)<200"] } };

export default function () {
  check(http.get(`${__ENV.BASE_URL}/next?from=north`), { "is 200": (response) => response.status === 200 });
}
