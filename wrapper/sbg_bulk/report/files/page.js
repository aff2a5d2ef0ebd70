"use strict";
// The rows that failed lie in the page, compressed. Saved, they are what `runs export --outcome failed --format csv` writes.
{
  const link = document.getElementById("csv");
  const packed = document.getElementById("packed");
  if (link && packed && "DecompressionStream" in window) {
    document.getElementById("save").hidden = false;
    link.addEventListener("click", async (event) => {
      if (link.href.startsWith("blob:")) return;
      event.preventDefault();
      const bytes = Uint8Array.from(atob(packed.textContent.trim()), (letter) => letter.charCodeAt(0));
      const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      const text = await new Response(unpacked).arrayBuffer();
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.click();
    });
  }
}
