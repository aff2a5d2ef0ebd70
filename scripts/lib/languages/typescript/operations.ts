// The operations of the contract, by their operationId, each called with the types that the contract gives it.

import createClient, { type Client } from "openapi-fetch";
import type { operations, paths } from "./api.ts";

type Path<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["path"]>;
type Query<Name extends keyof operations> = NonNullable<operations[Name]["parameters"]["query"]>;
type Body<Name extends keyof operations> = operations[Name] extends {
  requestBody: { content: { "application/json": infer Content } };
}
  ? Content
  : never;

/** What every call of openapi-fetch comes back with; `data` or `error` is the body. */
export interface Answer {
  data?: unknown;
  error?: unknown;
  response: Response;
}

export type Arguments<Name extends keyof operations> = Path<Name> & Query<Name>;

/** A client for the service at a base URL. */
export function connect(url: string, token: string): Client<paths> {
  return createClient<paths>({ baseUrl: url, headers: { "X-SBG-Auth-Token": token } });
}

type Calls = {
  [Name in keyof operations]: (client: Client<paths>, given: Arguments<Name>, body: Body<Name>) => Promise<Answer>;
};

export const calls: Calls = {
  list_async_jobs: (client, query) => client.GET("/async/files", { params: { query } }),
  submit_copy_job: (client, _, body) => client.POST("/async/files/copy", { body }),
  submit_move_job: (client, _, body) => client.POST("/async/files/move", { body }),
  submit_delete_job: (client, _, body) => client.POST("/async/files/delete", { body }),
  get_copy_job: (client, path) => client.GET("/async/files/copy/{job_id}", { params: { path } }),
  get_move_job: (client, path) => client.GET("/async/files/move/{job_id}", { params: { path } }),
  get_delete_job: (client, path) => client.GET("/async/files/delete/{job_id}", { params: { path } }),
  list_files: (client, query) => client.GET("/files", { params: { query } }),
  create_folder: (client, _, body) => client.POST("/files", { body }),
  get_file: (client, path) => client.GET("/files/{file_id}", { params: { path } }),
  list_folder: (client, { file_id, ...query }) =>
    client.GET("/files/{file_id}/list", { params: { path: { file_id }, query } }),
  list_projects: (client, query) => client.GET("/projects", { params: { query } }),
  get_project: (client, path) => client.GET("/projects/{owner}/{project}", { params: { path } }),
  list_owner_projects: (client, { owner, ...query }) =>
    client.GET("/projects/{owner}", { params: { path: { owner }, query } }),
  list_project_files: (client, { owner, project, ...query }) =>
    client.GET("/projects/{owner}/{project}/files", { params: { path: { owner, project }, query } }),
  bulk_get_files: (client, _, body) => client.POST("/bulk/files/get", { body }),
  bulk_edit_files: (client, _, body) => client.POST("/bulk/files/edit", { body }),
  bulk_delete_files: (client, _, body) => client.POST("/bulk/files/delete", { body }),
  get_user: (client) => client.GET("/user"),
  get_rate_limit: (client) => client.GET("/rate_limit"),
};
