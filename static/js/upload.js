// A courtesy before the file is sent: size, kind and first line. The server decides.
const MARKS = [["PK", "This is an Excel workbook. Save it as Text (Tab delimited) and choose that file."], ["%PDF", "This is a PDF. Choose the tab-delimited text file."]];

for (const input of document.querySelectorAll("[data-upload]")) {
  const said = document.getElementById("file-said");
  const tell = async () => {
    const [file] = input.files;
    said.textContent = file ? await look(file, Number(input.dataset.most), input.form.elements.type.value === "cte-eoy") : "";
  };
  input.addEventListener("change", tell);
  if (input.files.length) tell(); // chosen before this script arrived, or kept by the browser on the way back
}

async function look(file, most, records) {
  if (!file.size) return "The selected file is empty.";
  if (file.size > most) return `The selected file must be smaller than ${Math.floor(most / 1e6)} MB.`;
  const size = `${Math.max(1, Math.round(file.size / 1000)).toLocaleString("en-US")} KB`;
  if (!records) return `${size}.`; // rosters may be CSV or zip
  const first = (await file.slice(0, 2000).text()).replace(/^\uFEFF/, "");
  for (const [mark, sentence] of MARKS) if (first.startsWith(mark)) return sentence;
  const line = first.split(/\r\n|\r|\n/).find((one) => one.trim()) ?? "";
  if (!line.includes("\t") && line.split(",").length > 3) return "The columns are separated by commas. Save the file as Text (Tab delimited).";
  if (!/^"?HD"?\t/i.test(line)) return "The first line is not the header record: HD, date, time, MT9.1.";
  return `${size}, header record found.`;
}
