# For a tap: brew install OWNER/TAP/cloudtrail-mcp. packaging/build fills in version, addresses and checksums.
class CloudtrailMcp < Formula
  desc "@SUMMARY@"
  homepage "@REPOSITORY@"
  version "@VERSION@"
  license "@LICENCE@"

@DOWNLOADS@
  def install
    bin.install "cloudtrail-mcp"
    pkgshare.install "policy.example.toml"
    generate_completions_from_executable(bin/"cloudtrail-mcp", "completions")
    (man1/"cloudtrail-mcp.1").write Utils.safe_popen_read(bin/"cloudtrail-mcp", "man")
  end

  test do
    assert_match "Top suspect", shell_output("#{bin}/cloudtrail-mcp demo")
  end
end
