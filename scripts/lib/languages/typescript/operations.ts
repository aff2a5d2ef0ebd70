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
  bulk_update_files: (client, _, body) => client.POST("/bulk/files/update", { body }),
  bulk_delete_files: (client, _, body) => client.POST("/bulk/files/delete", { body }),
  list_volumes: (client, query) => client.GET("/storage/volumes", { params: { query } }),
  get_volume: (client, path) => client.GET("/storage/volumes/{volume_owner}/{volume_name}", { params: { path } }),
  list_volume_objects: (client, { volume_owner, volume_name, ...query }) =>
    client.GET("/storage/volumes/{volume_owner}/{volume_name}/list", {
      params: { path: { volume_owner, volume_name }, query },
    }),
  start_import: (client, _, body) => client.POST("/storage/imports", { body }),
  list_imports: (client, query) => client.GET("/storage/imports", { params: { query } }),
  get_import: (client, path) => client.GET("/storage/imports/{import_id}", { params: { path } }),
  bulk_start_imports: (client, _, body) => client.POST("/bulk/storage/imports/create", { body }),
  bulk_get_imports: (client, _, body) => client.POST("/bulk/storage/imports/get", { body }),
  start_export: (client, query, body) => client.POST("/storage/exports", { params: { query }, body }),
  list_exports: (client, query) => client.GET("/storage/exports", { params: { query } }),
  get_export: (client, path) => client.GET("/storage/exports/{export_id}", { params: { path } }),
  bulk_start_exports: (client, query, body) =>
    client.POST("/bulk/storage/exports/create", { params: { query }, body }),
  bulk_get_exports: (client, _, body) => client.POST("/bulk/storage/exports/get", { body }),
  start_drs_import: (client, _, body) => client.POST("/bulk/drs/imports/create", { body }),
  get_drs_import: (client, path) => client.GET("/bulk/drs/imports/{import_id}", { params: { path } }),
  get_user: (client) => client.GET("/user"),
  get_rate_limit: (client) => client.GET("/rate_limit"),
};
