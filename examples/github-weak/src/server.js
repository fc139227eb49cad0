import express from "express";
import pg from "pg";

const pool = new pg.Pool();
const app = express();

app.get("/parcels/:id", async (request, response) => {
  const found = await pool.query("select * from parcels where id = $1", [request.params.id]);
  response.json(found.rows[0] ?? null);
});

app.listen(8080);
