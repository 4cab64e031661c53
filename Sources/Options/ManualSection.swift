/// A part of a program's manual page that its tables do not say: how a connection URL is found, what signals do.
public struct ManualSection: Sendable {
  let heading: String
  /// Each a paragraph of whole sentences, or a term and what it means.
  let parts: [Part]

  /// A paragraph, or a term and what it means.
  public enum Part: Sendable {
    case paragraph(String)
    case term(String, String)
  }

  /// These parts under `heading`, in capital letters.
  public init(_ heading: String, _ parts: Part...) {
    self.heading = heading
    self.parts = parts
  }
}
