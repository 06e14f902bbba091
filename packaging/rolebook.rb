# The formula of the tap rolebook/homebrew-tap. `packaging/pack formula` fills in the version and the
# checksums of a release.
class Rolebook < Formula
  desc "Compiles a product leadership handbook in Markdown into a static site"
  homepage "https://github.com/rolebook/rolebook"
  version "{VERSION}"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "https://github.com/rolebook/rolebook/releases/download/v{VERSION}/rolebook-{VERSION}-aarch64-apple-darwin.tar.gz"
      sha256 "{SHA256 aarch64-apple-darwin}"
    end
    on_intel do
      url "https://github.com/rolebook/rolebook/releases/download/v{VERSION}/rolebook-{VERSION}-x86_64-apple-darwin.tar.gz"
      sha256 "{SHA256 x86_64-apple-darwin}"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/rolebook/rolebook/releases/download/v{VERSION}/rolebook-{VERSION}-aarch64-unknown-linux-musl.tar.gz"
      sha256 "{SHA256 aarch64-unknown-linux-musl}"
    end
    on_intel do
      url "https://github.com/rolebook/rolebook/releases/download/v{VERSION}/rolebook-{VERSION}-x86_64-unknown-linux-musl.tar.gz"
      sha256 "{SHA256 x86_64-unknown-linux-musl}"
    end
  end

  def install
    bin.install "rolebook"
    doc.install "THIRD-PARTY.txt"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/rolebook.bash" => "rolebook"
    zsh_completion.install "completions/_rolebook"
    fish_completion.install "completions/rolebook.fish"
  end

  test do
    (testpath/"index.md").write "# A handbook\n"
    system bin/"rolebook", "build", "."
    assert_match "A handbook", (testpath/"public/index.html").read
  end
end
