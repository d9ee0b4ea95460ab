// Asks once before something that cannot be taken back: a button with data-ask. The answer that does it has the words of that
// button, so that nobody takes the deed for the way out. Without this script it is done at once.
const { out } = document.body.dataset;
let sure = null;

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  const question = button?.dataset.ask;
  if (!question || sure === event.target) return;
  event.preventDefault();
  ask(question, button.textContent.trim(), () => {
    sure = event.target;
    event.target.requestSubmit(button);
    sure = null;
  });
});

function ask(question, deed, done) {
  const dialog = document.createElement("dialog");
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "stack";
  const text = document.createElement("p");
  text.id = "question";
  text.textContent = question;
  dialog.setAttribute("aria-labelledby", "question");
  const actions = document.createElement("p");
  actions.className = "actions";
  actions.append(choice(deed, "yes", "button main"), choice(out, "no", "button"));
  form.append(text, actions);
  dialog.append(form);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "yes") done();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function choice(word, value, kind) {
  const button = document.createElement("button");
  button.textContent = word;
  button.value = value;
  button.className = kind;
  return button;
}
