import APIClient
import Options

/// The exporter's command line.
enum ExporterOptions {

  static let out = Option.text(
    "out", short: "o", placeholder: "FILE",
    help: ".csv, .csv.gz, .ndjson or .sqlite; - to print"
  ).explained(
    "The unfinished file and its state lie beside it. Standard output cannot be resumed.")
  static let format = Option.choice(
    "format", default: KindSetting.byName,
    of: [KindSetting.byName] + OutputKind.Name.allCases.map(\.rawValue),
    help: "the kind of file")
  static let url = Option.text(
    "url", default: "http://127.0.0.1:5000", placeholder: "URL", help: "the server"
  ).explained("Or the URL of its /customers. Redirects are not followed, since the key would travel.")
  static let concurrency = Option.integer(
    "concurrency", default: 8, in: 1...64, help: "pages to ask for at once")
  static let records = Option.integer("records", default: 1000, in: 1...1000, help: "rows of a page, at most")
  static let lineEnd = Option.choice(
    "eol", default: CSVFormat.LineEnd.lf.rawValue, of: CSVFormat.LineEnd.allCases.map(\.rawValue),
    help: "what ends a line of CSV")
  static let byteOrderMark = Option.toggle(
    "bom", help: "byte order mark, for some spreadsheets")
  static let arguments = Option.choice(
    "arguments", default: Endpoint.ArgumentPlace.query.rawValue,
    of: Endpoint.ArgumentPlace.allCases.map(\.rawValue),
    help: "where previous_id and records go"
  ).explained("Roster's own server looks in all three places; others may know one alone.")
  static let patience = Option.duration(
    "patience", default: .seconds(120), in: .zero ... .seconds(86_400),
    help: "try on so long while no page comes")
  static let stall = Option.duration(
    "stall-timeout", default: .seconds(30), in: .seconds(1) ... .seconds(3600),
    help: "give up a request that is silent so long")
  static let consistent = Option.toggle(
    "consistent", help: "end below ids that still wait for a commit"
  ).explained(
    "Only Roster's own server can tell. No row can still appear in front of that end, unless its id is given, "
      + "by an import or by hand.")
  static let settleTime = Option.duration(
    "settle-time", default: .seconds(30), in: .zero ... .seconds(86_400),
    help: "wait so long for open transactions"
  ).explained("With --consistent; after that the file ends below them.")
  static let update = Option.action(
    "update", help: "fetch only what is above the file's last id"
  ).explained("Goes on from a finished file.")
  static let restart = Option.action("restart", help: "begin again, whatever an earlier run left")

  static let verifyURL = Option.text(
    "url", placeholder: "URL", help: "a server to compare with, row by row")

  static let program = Program(
    "exporter", version: Release.version, summary: "Writes all customers of a server to a file",
    commands: [
      Command(
        summary:
          "Reads every customer and writes the file; run again, it goes on where it was",
        groups: [
          .init("File", [out, restart], rare: [format, lineEnd, byteOrderMark]),
          .init(
            "Server", [url, KeySetting.keyFile, KeySetting.key],
            rare: [patience, stall, concurrency, records, arguments]),
          .init("Rows", [update, consistent], rare: [settleTime]),
        ],
        examples: [
          "exporter --out customers.csv --url https://roster.example.com --key-file key",
          "exporter --out customers.csv --consistent --update",
        ],
        exits: [
          .init(0, "the file is there, whole"), .init(1, "failed"), .init(2, "called the wrong way"),
          .init(3, "the key may not read"),
          .init(4, "the server was away for too long: the same command goes on"),
          .init(130, "stopped by a signal: the same command goes on"),
          .init(143, "stopped by a signal: the same command goes on"),
        ]),
      Command(
        "verify",
        summary: "Checks a finished file, with --url against the server too",
        operands: [Operand("FILE", help: "the file; its manifest lies beside it")],
        options: [
          verifyURL, KeySetting.key, KeySetting.keyFile, concurrency, records, arguments, patience, stall,
        ],
        examples: ["exporter verify customers.csv"],
        exits: [
          .init(0, "the file is what it should be"), .init(1, "it is not"),
          .init(2, "called the wrong way"), .init(3, "the key may not read"),
        ]),
    ],
    related: ["server", "generator"])
}
