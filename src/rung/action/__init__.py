"""The GitHub Action behind `action.yml`: the gate in a job of a workflow, with its summary, annotations, outputs and comment."""
