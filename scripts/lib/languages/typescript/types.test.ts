// What the types of the contract let pass, and what they refuse. Never run: `tsc` is the judge, and an error that is
// expected but does not come is an error too.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.ts";

type Schemas = components["schemas"];

const client = createClient<paths>({ baseUrl: "https://api.example.org/v2" });

/** Compiles only for types that are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function holds<_Claim extends true>(): void {}

export async function reading(): Promise<void> {
  const { data, error, response } = await client.GET("/async/files/copy/{job_id}", {
    params: { path: { job_id: "70711174378885120" } },
  });
  holds<Same<typeof response, Response>>();
  if (data) {
    holds<Same<typeof data, Schemas["Job"]>>();
    const id: string = data.id;
    // @ts-expect-error a job's id has more digits than a number keeps
    const number: number = data.id;
    const state: string = data.state;
    if (data.state === "PAUSED") return; // a state that is not listed may appear
    // @ts-expect-error the list of states is open
    const closed: Schemas["JobState"] = data.state;
    // @ts-expect-error the counts may be absent or null
    const count: number = data.total_files;
    const codes: (number | undefined)[] = data.result?.map((entry) => entry.error?.code) ?? [];
    // @ts-expect-error the result may be null
    data.result.length;
    // @ts-expect-error a job has no such property
    data.progress;
    void [id, number, state, closed, count, codes];
  } else {
    holds<Same<typeof error, Schemas["ErrorBody"]>>();
    const code: number | undefined = error.code;
    void code;
  }
}

export async function listing(): Promise<void> {
  await client.GET("/async/files");
  await client.GET("/async/files", { params: { query: { offset: 0, limit: 100 } } });
  const { data } = await client.GET("/files", { params: { query: { parent: "5c6d", name: ["a", "b"] } } });
  const sizes: (number | null | undefined)[] | undefined = data?.items.map((file) => file.size);
  // @ts-expect-error a limit is a number
  await client.GET("/async/files", { params: { query: { limit: "100" } } });
  // @ts-expect-error no such parameter
  await client.GET("/async/files", { params: { query: { state: "RUNNING" } } });
  // @ts-expect-error names are a list
  await client.GET("/files", { params: { query: { name: "a" } } });
  // @ts-expect-error a file's id is needed
  await client.GET("/files/{file_id}");
  // @ts-expect-error there is no such path
  await client.GET("/async/jobs");
  // @ts-expect-error jobs cannot be deleted
  await client.DELETE("/async/files");
  void sizes;
}

export async function submitting(): Promise<void> {
  const { data } = await client.POST("/async/files/copy", {
    body: { items: [{ file: "5c6d", parent: "1e3d" }, { file: "5c6e", project: "rfranklin/my-project", name: "b.bam" }] },
  });
  const id: string | undefined = data?.id;
  await client.POST("/async/files/delete", { body: { items: [{ file: "5c6d" }] } });
  await client.POST("/files", { body: { name: "results", type: "folder", project: "rfranklin/my-project" } });
  // @ts-expect-error a body is needed
  await client.POST("/async/files/copy");
  // @ts-expect-error items are needed
  await client.POST("/async/files/copy", { body: {} });
  // @ts-expect-error an item names its file
  await client.POST("/async/files/move", { body: { items: [{ parent: "1e3d" }] } });
  // @ts-expect-error what is deleted goes nowhere
  const deletion: Schemas["DeleteItem"] = { file: "5c6d", parent: "1e3d" };
  // @ts-expect-error only folders can be made
  await client.POST("/files", { body: { name: "results", type: "file", project: "rfranklin/my-project" } });
  void [id, deletion];
}
