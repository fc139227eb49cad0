import fastify from "fastify";

export const server = fastify();

server.get("/healthz", () => ({ status: "ok" }));

server.get<{ Querystring: { from: string } }>("/next", ({ query }) => ({ from: query.from, minutes: nextFerry(query.from) }));

export function nextFerry(pier: string, now: Date = new Date()): number {
  const every = pier === "north" ? 20 : 30;
  return every - (now.getUTCMinutes() % every);
}

if (process.env.PORT) await server.listen({ port: Number(process.env.PORT), host: "0.0.0.0" });
