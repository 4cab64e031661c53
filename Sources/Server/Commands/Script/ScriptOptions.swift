import APIClient
import Options

/// The command lines of `script generate_data` and `script load_data`.
enum ScriptOptions {
  static let rows = Option.integer(
    "rows", short: "n", default: 10_000, in: 1...Int.max, help: "customers to make")
  static let seed = Option.integer(
    "seed", short: "s", default: 1, in: 0...Int.max, help: "which customers they are"
  ).explained("The same seed makes the same customers as generator does.")
  static let out = Option.text(
    "out", short: "o", default: "generated", placeholder: "FOLDER", help: "where the files go"
  ).explained("They are customers-0001.csv and so on. A file appears under its name whole or not at all.")
  static let firstID = Option.integer(
    "first-id", default: 1, in: 1...Int.max, help: "the id of the first customer"
  ).explained("For a table that has the ids before it: a file whose ids are taken is not imported.")
  static let rowsInFile = Option.integer(
    "rows-per-file", default: 100_000, in: 1...Int.max, help: "customers in one file")
  static let jobs = Option.integer(
    "jobs", short: "j", shownDefault: "one per core", in: 1...64, help: "encoders at once")

  static let url = Option.text(
    "url", default: "http://127.0.0.1:5000", placeholder: "URL", help: "the server"
  ).explained("Or the URL of its /customers. Redirects are not followed, since the key would travel.")
  static let onError = Option.choice(
    "on-error", default: "abort", of: FileImportArguments.OnError.allCases.map(\.rawValue),
    help: "what bad rows do"
  ).explained(
    "With abort nothing of their file is taken; with skip the others are. Either way the bad ones are told.")
  static let from = Option.text(
    "from", shownDefault: "the first", placeholder: "NAME", help: "the file to begin with")
  static let patience = Option.duration(
    "patience", default: .seconds(120), in: .zero ... .seconds(86_400), help: "for a server that is away"
  ).explained("Or busy. A file that was sent whole before the connection broke is not sent again.")
  static let answerTime = Option.duration(
    "answer-time", default: .seconds(600), in: .seconds(1) ... .seconds(86_400), help: "for an answer"
  ).explained("So long without a byte, the file's way into the table included.")

  static let commands = [
    Command(
      "script", "generate_data", summary: "Make files of customers, as CSV",
      options: [rows, firstID, seed, out, rowsInFile, jobs], usesDatabase: false,
      examples: [
        "server script generate_data --rows 1000000 --out generated",
        "server script generate_data --first-id 10001 --out more",
      ],
      exits: [
        .init(0, "all files are written"), .init(1, "failed"), .init(2, "called the wrong way"),
        .init(130, "stopped by SIGINT"), .init(143, "stopped by SIGTERM"),
      ]),
    Command(
      "script", "load_data", summary: "Send files of customers through a running server",
      operands: [
        Operand(
          "PATH", help: "a file, or a folder with customers-0001.csv and so on [generated]", isOptional: true)
      ],
      options: [url, KeySetting.keyFile, KeySetting.key, onError, from], rare: [patience, answerTime],
      usesDatabase: false,
      examples: [
        "server script load_data --key-file key",
        "server script load_data customers.csv --on-error skip",
      ],
      exits: [
        .init(0, "all files are in"), .init(1, "failed, or rows were rejected"),
        .init(2, "called the wrong way"), .init(3, "the key is missing or not allowed"),
        .init(4, "the server was away for too long: the same command with --from goes on"),
        .init(130, "stopped by SIGINT"), .init(143, "stopped by SIGTERM"),
      ]),
  ]
}
