import APIClient
import Options

/// What the command line of `verify` comes to.
struct VerifySettings: Sendable {
  let path: String
  /// The server to compare with; nil for the manifest alone.
  let fetch: FetchSettings?

  /// - Throws: `UsageError`, naming the option.
  init(_ options: ParsedOptions) throws(UsageError) {
    path = options.operands[0]
    guard let url = options[ExporterOptions.verifyURL] else {
      for option in [KeySetting.key, KeySetting.keyFile]
      where options.source(of: option) == .argument {
        throw UsageError("--\(option.definition.name) is for the server; add --url to compare with one")
      }
      fetch = nil
      return
    }
    fetch = try FetchSettings(options, url: url)
  }
}
