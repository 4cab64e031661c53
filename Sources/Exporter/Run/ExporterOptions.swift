import Options

/// The exporter's command line.
enum ExporterOptions {

  static let out = Option.text(
    "out", short: "o", placeholder: "FILE",
    help: "the file to write: .csv, .csv.gz, .ndjson or .sqlite; - is standard output")
  static let format = Option.choice(
    "format", default: KindSetting.byName,
    of: [KindSetting.byName] + OutputKind.Name.allCases.map(\.rawValue),
    help: "the kind of file, if its name does not tell")
  static let url = Option.text(
    "url", default: "http://127.0.0.1:5000", placeholder: "URL", help: "the server, or its /customers")
  static let key = Option.secret(
    "key", env: "ROSTER_API_KEY", placeholder: "KEY",
    help: "the key to read with; --key-file keeps it out of the list of processes")
  static let keyFile = Option.text(
    "key-file", env: "ROSTER_API_KEY_FILE", placeholder: "FILE", help: "a file with the key on its first line"
  )
  static let concurrency = Option.integer(
    "concurrency", default: 8, in: 1...64, help: "pages to ask for at once")
  static let records = Option.integer("records", default: 1000, in: 1...1000, help: "rows of a page, at most")
  static let lineEnd = Option.choice(
    "eol", default: CSVFormat.LineEnd.lf.rawValue, of: CSVFormat.LineEnd.allCases.map(\.rawValue),
    help: "what ends a line of CSV")
  static let byteOrderMark = Option.toggle(
    "bom", help: "begin CSV with a byte order mark, which some spreadsheets need")
  static let arguments = Option.choice(
    "arguments", default: Endpoint.ArgumentPlace.query.rawValue,
    of: Endpoint.ArgumentPlace.allCases.map(\.rawValue),
    help: "where the server looks for previous_id and records")
  static let patience = Option.duration(
    "patience", default: .seconds(120), in: .zero ... .seconds(86_400),
    help: "go on trying for so long while no page comes")
  static let stall = Option.duration(
    "stall-timeout", default: .seconds(30), in: .seconds(1) ... .seconds(3600),
    help: "give a request up after so long without a byte")
  static let consistent = Option.toggle(
    "consistent", help: "end at an id below which no row can still appear; needs Roster's own server")
  static let settleTime = Option.duration(
    "settle-time", default: .seconds(30), in: .zero ... .seconds(86_400),
    help: "with --consistent: wait so long for open transactions, then end below them")
  static let update = Option.action(
    "update", help: "go on from the last id of the finished file, and fetch only what is above it")
  static let restart = Option.action("restart", help: "begin again, whatever an earlier run left")

  static let verifyURL = Option.text(
    "url", placeholder: "URL", help: "a server to compare with, row by row, or its /customers")

  static let program = Program(
    "exporter", version: Release.version, summary: "Writes all customers of a server to a file",
    commands: [
      Command(
        summary:
          "Reads every customer and writes the file; the same command again goes on where it was stopped",
        options: [
          out, format, url, key, keyFile, concurrency, records, lineEnd, byteOrderMark, arguments, patience,
          stall, consistent, settleTime, update, restart,
        ],
        examples: [
          "exporter --out customers.csv",
          "exporter --out customers.csv --url https://roster.example.com --key-file key",
          "exporter --out customers.csv --consistent --update",
        ],
        exits: [
          .init(0, "the file is there, whole"), .init(1, "failed"), .init(2, "called the wrong way"),
          .init(3, "the key is missing or not allowed to read"),
          .init(4, "the server was away for too long; the same command goes on"),
          .init(130, "stopped by SIGINT; the same command goes on"),
          .init(143, "stopped by SIGTERM; the same command goes on"),
        ]),
      Command(
        "verify",
        summary: "Checks a finished file against its manifest and, with --url, against the server",
        operands: [Operand("FILE", help: "the file; its manifest lies beside it")],
        options: [verifyURL, key, keyFile, concurrency, records, arguments, patience, stall],
        examples: ["exporter verify customers.csv"],
        exits: [
          .init(0, "the file is what it should be"), .init(1, "it is not"),
          .init(2, "called the wrong way"), .init(3, "the key is missing or not allowed to read"),
        ]),
    ])
}
