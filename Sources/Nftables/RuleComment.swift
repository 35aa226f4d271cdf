import KernelObjects
import Netlink

/// The comment of a rule, in its user data: type, length with the NUL, text.
///
/// The layout is the one `nft` writes and shows (`NFTNL_UDATA_RULE_COMMENT` is 0).
enum RuleComment {
    static func encode(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix(NftRule.ownerLimit)) + [0]
        return [0, UInt8(bytes.count)] + bytes
    }

    /// The comment among the user data's parts, if there is one and it is whole.
    static func decode(_ bytes: UnsafeRawBufferPointer) -> String? {
        var offset = 0
        while offset + 2 <= bytes.count {
            let type = bytes[offset]
            let length = Int(bytes[offset + 1])
            guard offset + 2 + length <= bytes.count else { return nil }
            if type == 0 {
                return UnsafeRawBufferPointer(rebasing: bytes[offset + 2..<offset + 2 + length]).text
            }
            offset += 2 + length
        }
        return nil
    }
}
