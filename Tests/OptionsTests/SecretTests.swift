import Options
import Testing

/// Secrets leave `argv` as soon as they are read, and no message quotes them.
@Suite struct SecretTests {
  /// What `ps` would show after parsing, whether or not the arguments are in order.
  private func argv(after arguments: [String]) -> [String] {
    let vector = ArgumentVector(arguments)
    _ = try? Sample.program.request(vector, environment: [:])
    return vector.strings
  }

  @Test(arguments: [
    (["--key", "s3cret"], ["--key", "******"]),
    (["--key=s3cret"], ["--key=******"]),
    (["--ke=s3cret", "--nonsense"], ["--ke=******", "--nonsense"]),
    (["--nonsense", "--key", "s3cret"], ["--nonsense", "--key", "******"]),
    (["postgresql://u:p@h/d", "serve"], ["********************", "serve"]),
    (["serve", "--", "postgresql://u:p@h/d"], ["serve", "--", "********************"]),
    (["host=h password=p"], ["*****************"]),
    (["postgresql:///d?pass%77ord=p"], ["****************************"]),
    (["postgresql://h/d", "--host", "h"], ["postgresql://h/d", "--host", "h"]),
    (["--kye=s3cret"], ["--kye=******"]),
  ])
  func isOverwritten(arguments: [String], left: [String]) {
    #expect(argv(after: arguments) == left)
  }

  @Test func isReadAllTheSame() throws {
    let parsed = try Sample.program.parse(["postgresql://u:p@h/d", "--key", "s3cret"])
    #expect(parsed[Sample.key] == "s3cret")
    #expect(parsed.connectionURL == "postgresql://u:p@h/d")
  }

  @Test func isNotQuoted() {
    for message in [
      Sample.mistake("--kye=s3cret"), Sample.mistake("postgresql//u:s3cret@h"),
      Sample.mistake("serve", "postgresql://u:s3cret@h/d"), Sample.mistake("--key=s3cret", "--port", "x"),
      Sample.mistake("--bom", "u:s3cret@h"),
    ] {
      #expect(message != "no error")
      #expect(!message.contains("s3cret"), "\(message)")
    }
  }
}
