import Options

/// Which kind of output is asked for.
enum KindSetting {
  /// The word of `--format` that leaves it to the name.
  static let byName = "auto"

  /// - Throws: `UsageError` if neither name nor option tells the kind, or an option has no meaning for it.
  static func kind(_ options: ParsedOptions, _ target: String) throws(UsageError) -> OutputKind {
    let csv = CSVFormat(
      lineEnd: CSVFormat.LineEnd(rawValue: options[ExporterOptions.lineEnd]) ?? .lf,
      byteOrderMark: options[ExporterOptions.byteOrderMark])
    let kind = OutputKind(try name(options, target), csv)
    if kind.csv == nil {
      // What the environment says is meant for the exports that it concerns.
      for (option, isSet) in [
        (ExporterOptions.lineEnd as any DeclaredOption, csv.lineEnd != .lf),
        (ExporterOptions.byteOrderMark, csv.byteOrderMark),
      ] where isSet && options.source(of: option) == .argument {
        let name = option.definition.name
        throw UsageError("--\(name) is for CSV alone, and this writes \(kind.name.rawValue); leave it out")
      }
    }
    return kind
  }

  private static func name(_ options: ParsedOptions, _ target: String) throws(UsageError) -> OutputKind.Name {
    if let name = OutputKind.Name(rawValue: options[ExporterOptions.format]) { return name }
    if target == "-" { return .csv }
    guard let name = OutputKind.name(of: target) else {
      throw UsageError(
        "--out: the end of \(target) names no kind of file; use .csv, .csv.gz, .ndjson or .sqlite, or add --format"
      )
    }
    return name
  }
}
