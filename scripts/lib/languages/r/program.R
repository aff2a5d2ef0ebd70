# Carries out the scenario with the R client that openapi-generator makes of the contract.
#
# Usage: Rscript program.R SCENARIO.json, with SB_API_ENDPOINT and SB_AUTH_TOKEN, the package `openapi` being in
# R_LIBS; writes what it has seen to standard output.

suppressPackageStartupMessages(library(openapi))

most_calls <- 20

bodies <- list(
  bulk_delete_files = FileSelection,
  bulk_edit_files = FileEdits,
  bulk_get_exports = ExportSelection,
  bulk_get_files = FileSelection,
  bulk_get_imports = ImportSelection,
  bulk_start_exports = ExportRequest,
  bulk_start_imports = ImportRequest,
  bulk_update_files = FileEdits,
  create_folder = NewFolder,
  start_drs_import = DrsRequest,
  start_export = ExportItem,
  start_import = ImportItem,
  submit_copy_job = CopyRequest,
  submit_delete_job = DeleteRequest,
  submit_move_job = MoveRequest
)

# The generated classes, one for each tag of the contract, and which of them has a method of this name.
apis <- list(AccountApi, AsyncJobsApi, ExportsApi, FilesApi, ImportsApi, ProjectsApi, VolumesApi)

method_of <- function(operation, client) {
  words <- strsplit(operation, "_", fixed = TRUE)[[1]]
  name <- paste0(paste0(toupper(substring(words, 1, 1)), substring(words, 2), collapse = ""), "WithHttpInfo")
  for (api in apis) {
    if (name %in% names(api$public_methods)) return(api$new(client)[[name]])
  }
  stop("the client has no ", name)
}

run <- function(steps, url, token) {
  names <- list()
  seen <- list()
  for (step in steps) {
    if (!is.null(step$control)) {
      control(url, step$control)
      next
    }
    answers <- repeated(step, names, url, if (is.null(step$token)) token else step$token)
    for (name in names(step$capture)) {
      names[[name]] <- value_at(answers[[length(answers)]]$body, step$capture[[name]])
    }
    seen[[length(seen) + 1]] <- list(name = step$name, answers = answers)
  }
  seen
}

# The answers to the calls of a step.
repeated <- function(step, names, url, token) {
  client <- ApiClient$new(base_path = url, api_keys = list(`X-SBG-Auth-Token` = token))
  method <- method_of(step$call, client)
  arguments <- substituted(step$arguments, names)
  body <- list()
  if (!is.null(step$body)) {
    text <- as.character(jsonlite::toJSON(substituted(step$body, names), auto_unbox = TRUE))
    body <- list(bodies[[step$call]]$new()$fromJSON(text))
  }
  # The models of the generator's R lose the entries of a job's result if none of them is an error: it takes the one
  # column of the data frame that they make for a wrapping. Jobs of every kind, and what comes in bulk, are read as the
  # JSON that they are.
  plain <- grepl("^get_.*_job$|^bulk_|ports?$|_objects$", step$call)
  answers <- list()
  while (length(answers) < most_calls) {
    answer <- seen_in(do.call(method, c(body, arguments, .parse = !plain)))
    answers[[length(answers) + 1]] <- answer
    if (!is.null(step$until)) {
      if (all(mapply(function(path, value) identical(value_at(answer$body, path), value), names(step$until), step$until))) {
        return(answers)
      }
      control(url, step$meanwhile)
    } else if (isTRUE(step$pages)) {
      if (!any(vapply(answer$body$links, function(link) link$rel == "next", logical(1)))) return(answers)
      arguments$offset <- arguments$offset + length(answer$body$items)
    } else if (length(answers) == (if (is.null(step$times)) 1 else step$times)) {
      return(answers)
    }
  }
  stop(step$name, ": no end after ", most_calls, " calls")
}

# What came back: a successful body through the model that the client made of it, if it did, an error as it is.
seen_in <- function(response) {
  if (response$status_code < 300) {
    text <- if (is.character(response$content)) response$content else response$content$toJSONString()
  } else {
    if (inherits(response$response, "ApiResponse")) response <- response$response
    text <- response$response_as_text()
  }
  body <- jsonlite::fromJSON(text, simplifyVector = FALSE)
  list(status = response$status_code, headers = unclass(response$headers), body = body)
}

# Moves the simulator.
control <- function(url, what) {
  address <- paste0(sub("/v2$", "", url), "/_simulator/", what$path)
  httr2::req_perform(httr2::req_body_json(httr2::request(address), what$body))
  invisible(NULL)
}

value_at <- function(document, path) {
  for (part in strsplit(path, ".", fixed = TRUE)[[1]]) {
    document <- if (grepl("^[0-9]+$", part)) document[[as.integer(part) + 1]] else document[[part]]
  }
  document
}

substituted <- function(value, names) {
  if (is.list(value)) return(lapply(value, substituted, names))
  if (is.character(value) && startsWith(value, "$")) return(names[[substring(value, 2)]])
  value
}

arguments <- commandArgs(trailingOnly = TRUE)
steps <- jsonlite::fromJSON(arguments[[1]], simplifyVector = FALSE)
seen <- run(steps, Sys.getenv("SB_API_ENDPOINT"), Sys.getenv("SB_AUTH_TOKEN"))
cat(jsonlite::toJSON(seen, auto_unbox = TRUE, null = "null", digits = NA))
