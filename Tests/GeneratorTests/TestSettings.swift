import Bytes
import Customers
import Options
import Personas

@testable import Generator

/// Settings as the command line gives them.
func testSettings(_ arguments: String...) throws -> GeneratorSettings {
  try GeneratorSettings(try GeneratorOptions.program.parse(arguments), cores: 2)
}

/// The whole CSV, made in one go.
func expectedCSV(rows: Int64, seed: UInt64) -> String {
  var source = PersonaSource(seed: seed)
  var buffer = ByteBuffer()
  buffer.append(text: csvHeader)
  for id in 1...rows { source.append(csvRow: id, to: &buffer) }
  return buffer.text()
}
