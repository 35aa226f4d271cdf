extension String {
    /// On one line and harmless to a terminal: control characters and line ends of all kinds become spaces.
    ///
    /// Names come from lab files and answers from whoever answered; neither may add lines to a report or paint on the
    /// screen of its reader.
    var onOneLine: String {
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7f...0x9f, 0x2028, 0x2029: scalars.append(" ")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
